"""The user's own questions, run through the hub with each config."""
