"""Recorded answers of many models to the same questions: decisions without calling a model."""
