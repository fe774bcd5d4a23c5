"""How the mails of a mailbox look (sender's name, signature), which addresses they leave from, and how fast."""
