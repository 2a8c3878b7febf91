"""What a container starts: ``python -m shared.runner [SERVICE...]``. In an image there is one, which needs no name."""

import sys

from shared.runner.green import patch, stay_light

if __name__ == "__main__":
    patch()
    stay_light()
    from shared.runner.command import main

    sys.exit(main(sys.argv[1:], needs_broker=True))
