"""Language models behind an endpoint of the operator's choice: optional, off by default."""
