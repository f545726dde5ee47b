"""Pure rules: e-mail addresses, passwords, names and addresses, tokens, grants."""
