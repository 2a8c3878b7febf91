"""``python -m benchmarks [FIGURE...] [--peers]``: one JSON line for each figure."""

import eventlet

eventlet.monkey_patch()

import json,sys
from benchmarks.measures import *
from benchmarks.surroundings import surroundings
from benchmarks import measures
names=sys.argv[1:] or ["end_to_end","drain","commit_to_effect","calls"]
with surroundings():
    for n in names:
        for k,v in getattr(measures,n)().items(): print(json.dumps({"figure":k,"value":round(v,2)}),flush=True)
