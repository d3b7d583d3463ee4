"""The compiled library: where it is found, kept and refused."""

import os
import re
import shutil
import subprocess

import pytest

from memristive import kernels
from memristive.core.errors import InputError
from memristive.kernels import build, native

pytestmark = pytest.mark.skipif(not kernels.available(), reason="kernels cannot be compiled here")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A library of today's sources, made for a wheel."""
    path = tmp_path_factory.mktemp("compiled") / "kernels.so"
    path.write_bytes(build.library().read_bytes())
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of its own, and nothing loaded yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(build, "PREBUILT", tmp_path / "prebuilt")
    native._library.cache_clear()
    yield tmp_path / "memristive"
    native._library.cache_clear()


@pytest.fixture
def compilations(monkeypatch, compiled):
    """Counts compilations, each of which is a copy of a library that is there already."""
    done = []

    def compile_(path, more):
        done.append(path)
        shutil.copy(compiled, path)

    monkeypatch.setattr(build, "_compile", compile_)
    return done


def test_it_is_compiled_once(cache, compilations):
    assert native._library() is not None
    native._library.cache_clear()
    assert native._library() is not None
    assert len(compilations) == 1
    assert [path.suffix for path in cache.iterdir()] == [".so"]


@pytest.mark.parametrize("damage", ["empty", "half", "one bit", "another file", "a folder's link"])
def test_a_damaged_library_is_compiled_again(damage, cache, compilations):
    path = build.library()
    content = path.read_bytes()
    broken = {
        "empty": b"",
        "half": content[: len(content) // 2],
        "one bit": content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        "another file": b"no library",
        "a folder's link": b"",
    }[damage]
    path.write_bytes(broken)
    if damage == "a folder's link":
        path.unlink()
        path.symlink_to(cache)
    assert native._library() is not None
    assert len(compilations) == 2
    assert path.read_bytes() == content


def test_a_whole_library_that_does_not_load_is_compiled_again(cache, compilations):
    path = build.library()
    path.write_bytes(b"of another system")
    build._seal(path)
    assert native._library() is not None
    assert len(compilations) == 2


def test_a_library_of_something_else_is_compiled_again(cache, compilations, tmp_path):
    path = build.library()
    source = tmp_path / "else.c"
    source.write_text("int memristive_op_size(void) { return 1; }")
    subprocess.run(["gcc", "-shared", "-o", path, source], check=True)
    build._seal(path)
    assert native._library() is not None
    assert len(compilations) == 2


def test_a_wheel_s_library_comes_first(cache, compilations, compiled):
    build.PREBUILT.mkdir()
    path = build.PREBUILT / build.prebuilt_name()
    shutil.copy(compiled, path)
    assert build.library() == path
    assert native._library() is not None
    assert not compilations


def test_a_wheel_s_library_that_does_not_load_is_passed_over(cache, compilations):
    build.PREBUILT.mkdir()
    (build.PREBUILT / build.prebuilt_name()).write_bytes(b"of another system")
    for _ in range(2):
        assert native._library() is not None
        native._library.cache_clear()
    assert len(compilations) == 1


def test_a_wheel_s_library_of_other_sources_or_flags_is_passed_over(cache, compilations, compiled, monkeypatch):
    build.PREBUILT.mkdir()
    shutil.copy(compiled, build.PREBUILT / "kernels-0123456789abcdef.so")
    assert build.prebuilt() is None
    shutil.copy(compiled, build.PREBUILT / build.prebuilt_name())
    monkeypatch.setenv(build.EXTRA_FLAGS, "-O0")
    assert build.prebuilt() is None


def test_flags_compiler_and_sources_make_another_library(monkeypatch, tmp_path):
    names = {build.cached_path().name}
    monkeypatch.setenv(build.EXTRA_FLAGS, "-O0 -g")
    names.add(build.cached_path().name)
    monkeypatch.setenv("CXX", "clang++")
    names.add(build.cached_path().name)
    sources = tmp_path / "cpp"
    shutil.copytree(build.SOURCES, sources)
    monkeypatch.setattr(build, "SOURCES", sources)
    with (sources / "level" / "span.inc").open("a") as stream:
        stream.write("// edited\n")
    build._digest.cache_clear()
    names.add(build.cached_path().name)
    build._digest.cache_clear()
    assert len(names) == 4


@pytest.mark.parametrize("foreign", ["link", "open to all", "file"])
def test_a_foreign_folder_is_refused(foreign, tmp_path, monkeypatch):
    """Without a cache of the user's own the temporary folder serves, where others may have been before."""
    monkeypatch.setattr(build.os, "access", lambda path, mode: False)
    monkeypatch.setattr(build.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = tmp_path / f"memristive-{os.getuid()}"
    assert build.cache_folder() == folder
    folder.rmdir()
    if foreign == "link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "theirs")
    elif foreign == "open to all":
        folder.mkdir()
        folder.chmod(0o777)
    else:
        folder.touch()
    with pytest.raises(build.BuildError, match=f"memristive-{os.getuid()}"):
        build.cache_folder()


def test_without_compiler_one_line_of_notice(cache, monkeypatch, capsys):
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert not kernels.available()
    assert not kernels.available()
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(cache.iterdir())


def test_what_the_compiler_says_is_named_in_one_line(cache, monkeypatch):
    monkeypatch.setenv(build.EXTRA_FLAGS, "-no-such-flag")
    with pytest.raises(build.BuildError, match="no-such-flag") as error:
        build.compiled()
    assert "\n" not in str(error.value)


@pytest.mark.skipif(shutil.which("nm") is None, reason="nm is not here")
def test_nothing_but_the_c_interface_is_visible():
    listed = subprocess.run(["nm", "-D", "--defined-only", build.library()], capture_output=True, text=True, check=True)
    names = {line.split()[-1] for line in listed.stdout.splitlines()}
    declared = re.findall(r"^[\w*]+ (memristive_\w+)\(", (build.SOURCES / "interface.hpp").read_text(), re.MULTILINE)
    assert names == set(declared)


def test_switch(monkeypatch):
    monkeypatch.setenv(native.SWITCH, "off")
    assert not kernels.available()
    monkeypatch.setenv(native.SWITCH, "sse")
    with pytest.raises(InputError, match="MEMRISTIVE_KERNEL"):
        kernels.available()
