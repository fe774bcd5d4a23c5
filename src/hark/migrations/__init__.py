"""Forward-only SQL migrations, `NNNN_name.sql`, applied by `hark.core.migrate`."""
