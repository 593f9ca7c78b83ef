# Shell functions that scripts/demo, scripts/test and .ci/run share: they make a Python environment of the project's
# own and see to a virtual display. To be sourced from bash with `set -euo pipefail`.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
marker=".napari-grains" # inside an environment that these scripts made: what it was made from

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$*"
    exit 1
}

# as_root COMMAND...: run it with the rights of root; fails where that needs a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() {
    say "Installing system packages: $*"
    as_root apt-get update -qq >&2 || say "The lists of packages could not be updated; trying with those that are here."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# ---- Python ---------------------------------------------------------------------------------------------------

python_fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Print a Python that is new enough: $PYTHON, else the machine's python3, else a versioned one.
find_python() {
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        python_fits "$PYTHON" || die "PYTHON=$PYTHON is not Python 3.11 or newer: name another one."
        printf '%s\n' "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if python_fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed and was not found: install one, or name it, as in PYTHON=/path/to/python3.12 bash $0"
}

# A text that changes whenever an environment has to be made anew.
describe_environment() { # python extras groups
    "$1" - "$project" "${@:2}" <<'PYTHON'
import hashlib, json, pathlib, sys, tomllib

project, *wanted = sys.argv[1:]
tables = tomllib.loads(pathlib.Path(project, "pyproject.toml").read_text("utf-8"))
inputs = [sys.version_info[:2], sys.executable, project, wanted]
inputs += [tables.get(name) for name in ("build-system", "project", "dependency-groups")]
inputs += [pathlib.Path(project, "scripts", "constraints.txt").read_text("utf-8")]
print(hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest())
PYTHON
}

create_environment() { # folder python
    local version
    if ! "$2" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$2" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if ! { may_install && apt_install "$version"; }; then
            die "Python's venv module is missing: run 'sudo apt-get install $version', then this command again."
        fi
    fi
    say "Making the environment $1"
    "$2" -m venv "$1" || die "The environment $1 could not be made: free some disk space or choose another folder with NAPARI_GRAINS_VENV."
}

install_project() { # folder extras groups
    local folder=$1 requirement="$project[$2]" group uv=() groups=()
    for group in $3; do groups+=(--group "$project/pyproject.toml:$group"); done
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv >&2 || true
    if [ -x "$folder/bin/uv" ]; then
        uv=("$folder/bin/uv" pip install --quiet --python "$folder/bin/python")
    else # pip learned --group in 25.1
        say "uv could not be had; going on with pip, which takes longer."
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'pip>=25.1' >&2 || return 1
        uv=("$folder/bin/python" -m pip install --quiet)
    fi
    "${uv[@]}" --constraint "$project/scripts/constraints.txt" "${groups[@]}" --editable "$requirement" >&2
}

# Make FOLDER the environment described by pyproject.toml and scripts/constraints.txt. An up-to-date one is left as
# it is and needs no network; any other that these scripts made is replaced, so that nothing stale survives.
prepare_environment() { # folder extras groups
    local folder=$1 python description
    python=$(find_python)
    description=$(describe_environment "$python" "$2" "$3")
    if [ -e "$folder" ]; then
        [ -f "$folder/$marker" ] || die "$folder was not made by this script: move it away, or choose another folder with NAPARI_GRAINS_VENV."
        if [ "$(cat "$folder/$marker")" = "$description" ] && "$folder/bin/python" -c '' 2>/dev/null; then
            return
        fi
        rm -rf -- "$folder"
    fi
    mkdir -p -- "$folder"
    : >"$folder/$marker" # marked as ours before anything can go wrong
    create_environment "$folder" "$python"
    say "Installing packages (the first time takes some minutes and some gigabytes, most of them torch)"
    install_project "$folder" "$2" "$3" ||
        die "Packages could not be installed: see the lines above. If it was the network, run the same command again once there is one."
    printf '%s\n' "$description" >"$folder/$marker"
}

# ---- Display --------------------------------------------------------------------------------------------------

# Shared libraries that Qt's xcb platform and OpenGL load at run time, and the Debian package of each.
qt_libraries="
    libEGL.so.1              libegl1
    libGL.so.1               libgl1
    libGLX_mesa.so.0         libglx-mesa0
    libX11-xcb.so.1          libx11-xcb1
    libxkbcommon-x11.so.0    libxkbcommon-x11-0
    libxcb-cursor.so.0       libxcb-cursor0
    libxcb-icccm.so.4        libxcb-icccm4
    libxcb-image.so.0        libxcb-image0
    libxcb-keysyms.so.1      libxcb-keysyms1
    libxcb-randr.so.0        libxcb-randr0
    libxcb-render-util.so.0  libxcb-render-util0
    libxcb-shape.so.0        libxcb-shape0
    libxcb-xinerama.so.0     libxcb-xinerama0
    libxcb-xkb.so.1          libxcb-xkb1
    libdbus-1.so.3           libdbus-1-3
    libfontconfig.so.1       libfontconfig1
    libglib-2.0.so.0         libglib2.0-0
"

# Print the packages that are missing, as told by what the dynamic loader and the shell find: package names differ
# between releases, sonames do not.
missing_display_packages() {
    local known soname package
    known=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null || true)
    while read -r soname package; do
        [ -z "$soname" ] || grep -qF "$soname " <<<"$known" || printf '%s\n' "$package"
    done <<<"$qt_libraries"
    command -v Xvfb >/dev/null 2>&1 || echo xvfb
    command -v xvfb-run >/dev/null 2>&1 || echo xvfb
    command -v xauth >/dev/null 2>&1 || echo xauth
}

prepare_display() {
    local missing
    missing=$(missing_display_packages | sort -u | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # a list of names
    if may_install && apt_install $missing; then
        missing=$(missing_display_packages | sort -u | tr '\n' ' ')
        [ -n "$missing" ] || return 0
    fi
    die "The tests open windows on a virtual display: run 'sudo apt-get install ${missing% }', then this command again."
}
