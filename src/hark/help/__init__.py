"""The help centre: articles people find alone."""
