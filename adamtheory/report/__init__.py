"""What people read: tables, sentences and figures made from the numbers of a run."""
