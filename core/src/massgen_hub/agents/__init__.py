"""The adapters that the core brings itself."""
