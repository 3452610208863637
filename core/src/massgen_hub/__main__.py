"""`python -m massgen_hub`."""

from .cli import main

main()
