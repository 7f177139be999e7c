"""What other programs hand over, and the answers that they understand."""
