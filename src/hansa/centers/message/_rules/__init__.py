"""Pure rules: languages, words, and how a mail is written and where it may go."""
