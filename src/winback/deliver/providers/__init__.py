"""Those who carry messages, one file each; named in app alone."""
