"""The one ranking: how words are read in each language, and which texts answer a query."""
