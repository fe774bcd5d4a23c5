"""Embeddings: texts as vectors of meaning, from a model the operator set; without one nothing here does anything."""
