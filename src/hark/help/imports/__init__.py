"""Articles from a Markdown folder, Zendesk Guide or Intercom: pure readers, and one run that takes them in."""
