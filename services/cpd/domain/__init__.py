"""The rules of statutory induction and of development among peers, in plain Python."""
