"""`hark bench mail`: is mail taken fast, does nothing get lost or doubled when processes are killed, does any mail break us."""
