"""What a process tells of itself over HTTP: alive, ready (with the reasons when it is not), version, metrics."""
