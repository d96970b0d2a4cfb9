"""Wait until a daemon is healthy; ends with 1 when it is not within a minute. `wait_for_health.py URL`"""

from __future__ import annotations

import contextlib
import sys
import time
import urllib.request

PATIENCE_S = 60.0
PAUSE_S = 0.2


def main() -> int:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{sys.argv[1]}/health", timeout=5) as answer:
            print(answer.read().decode())
            return 0
        time.sleep(PAUSE_S)
    return 1


if __name__ == "__main__":
    sys.exit(main())
