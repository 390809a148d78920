"""What a recap written elsewhere says, as proposals: nothing here is saved."""
