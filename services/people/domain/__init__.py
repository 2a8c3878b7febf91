"""Rules of identity, role periods, stage and timeline: plain Python."""
