"""The ground floor's few pages: sign-in, account, health, errors."""
