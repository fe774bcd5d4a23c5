# Hark's front door. Needs Python 3.11 or newer, and nothing else: scripts/bootstrap.py does the work.
#
#   make run     install what is missing, start Hark with a sample workspace, print its address
#   make test    every check: lint, types, tiers, front end, unit, HTTP and browser tests (ARGS goes to pytest)
#   make check   lint, types and tiers only
#   make screenshots   make the pictures in docs/images anew (needs Chromium)
#   make lock    renew requirements/*.txt from pyproject.toml (needs uv)
#   make wheel   build dist/*.whl with the front end inside

.PHONY: run test check lock wheel screenshots

run test check lock wheel screenshots:
	@for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec "$$python" scripts/bootstrap.py $@ $(ARGS); \
	  fi; \
	done; \
	echo "Hark needs Python 3.11 or newer. Install it (Debian, Ubuntu: sudo apt install python3 python3-venv), then run: make $@" >&2; \
	exit 1
