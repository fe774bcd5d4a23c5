"""The bottleneck map: the way from customer to company and back as a flow, of the journal or of an imported log."""
