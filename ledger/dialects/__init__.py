"""Ways of writing a fix plan, one package or module each."""
