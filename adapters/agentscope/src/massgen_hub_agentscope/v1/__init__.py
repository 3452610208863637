"""Agents of AgentScope 1.x, the last of which is 1.0.21."""
