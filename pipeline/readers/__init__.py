"""Bytes to documents: one module a family of formats."""
