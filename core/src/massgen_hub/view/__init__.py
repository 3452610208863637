"""What a person sees of a run: live on a terminal, as lines otherwise, and afterwards."""
