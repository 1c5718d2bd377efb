"""Finding a person from what somebody remembers of their name: the cascade, its words, its ranking."""
