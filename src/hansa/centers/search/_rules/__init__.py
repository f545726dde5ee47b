"""How texts become words, documents and queries: pure."""
