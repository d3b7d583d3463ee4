"""Data sets: the same bytes each time, and one clear line for each way in which input can be wrong."""

import gzip
import hashlib
import io
import pickle
import tarfile
import zipfile

import numpy as np
import pytest
import torch
import torchvision

from memristive.core.errors import InputError
from memristive_study.data import dataset, published
from memristive_study.data.dataset import load
from memristive_study.data.folds import load_fold, save_folds, stratified_folds
from memristive_study.data.normalisation import statistics, to_tensor
from memristive_study.data.prepare import prepare


def arrays(images=20, classes=4, shape=(6, 6, 3)):
    rng = np.random.default_rng(0)
    labels = np.arange(images) % classes
    return {
        "x_train": rng.integers(0, 256, (images, *shape), np.uint8),
        "y_train": labels,
        "x_test": rng.integers(0, 256, (classes, *shape), np.uint8),
        "y_test": np.arange(classes),
        "class_names": np.array([f"class {c}" for c in range(classes)]),
    }


def write(tmp_path, **changed):
    path = tmp_path / "own.npz"
    np.savez(path, **{key: value for key, value in (arrays() | changed).items() if value is not None})
    return {"source": "npz", "path": str(path)}


def prepared(tmp_path, entry, name="own"):
    output = tmp_path / "out" / "prepared.npz"
    prepare(name, entry, tmp_path / "downloads", output)
    return output


def test_own_images_come_back_and_the_file_is_the_same_bytes(tmp_path):
    entry = write(tmp_path) | {"normalisation": "standardised"}
    first = prepared(tmp_path, entry).read_bytes()
    path = prepared(tmp_path, entry)
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as archive:  # no time of writing in it, and uncompressed
        assert {(i.date_time[0], i.compress_type) for i in archive.infolist()} == {(1980, zipfile.ZIP_STORED)}
    data, own = load(path), arrays()
    assert np.array_equal(data.x_train, own["x_train"])
    assert data.class_names[1] == "class 1"
    assert data.y_test.dtype == np.int64
    x = data.tensor(data.x_train)
    assert x.shape == (20, 3, 6, 6)
    assert torch.allclose(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-6)
    assert torch.allclose(x.std((0, 2, 3), correction=0), torch.ones(3), atol=1e-5)


def test_test_images_in_parts_are_those_of_the_whole(tmp_path):
    path = prepared(tmp_path, write(tmp_path) | {"normalisation": "standardised"})
    data, parts = load(path), dataset.TestImages(path)
    assert (parts.input_shape, parts.class_names) == (data.input_shape, data.class_names)
    assert np.array_equal(parts.labels, data.y_test)
    for size in (1, 3, 100):
        assert torch.equal(torch.cat(list(parts.split(size))), data.tensor(data.x_test))


def test_damaged_test_images(tmp_path):
    path = prepared(tmp_path, write(tmp_path))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(arrays()["x_test"][1].tobytes(), bytes(6 * 6 * 3)))
    with pytest.raises(InputError, match=r"prepared\.npz: not a whole prepared data set \(Bad CRC-32"):
        list(dataset.TestImages(path).split(2))
    path.write_bytes(whole[:-30])
    with pytest.raises(InputError, match=r"prepared\.npz: not a whole prepared data set"):
        dataset.TestImages(path)
    with pytest.raises(InputError, match="no such file"):
        dataset.TestImages(tmp_path / "none.npz")


def test_unit_tensor_is_nchw():
    images = np.zeros((1, 2, 3, 3), np.uint8)
    images[0, 1, 2] = (51, 102, 255)
    assert to_tensor(images)[0, :, 1, 2].tolist() == pytest.approx([0.2, 0.4, 1.0])
    assert to_tensor(images, "centred")[0, :, 1, 2].tolist() == pytest.approx([-0.6, -0.2, 1.0])


def test_statistics_by_hand():
    images = np.array([0, 0, 255, 255], np.uint8).reshape(4, 1, 1, 1)
    assert [float(v[0]) for v in statistics(images)] == [0.5, 0.5]


WRONG_FILES = {
    "x_test is missing": {"x_test": None},
    r"x_train is float32 \[20, 6, 6, 3\], expected uint8": {"x_train": np.full((20, 6, 6, 3), np.nan, np.float32)},
    r"x_train is uint8 \[20, 6, 6\]": {"x_train": np.zeros((20, 6, 6), np.uint8)},
    r"x_train is uint8 \[20, 3, 6, 6\]": {"x_train": np.zeros((20, 3, 6, 6), np.uint8)},
    "x_test has no images": {"x_test": np.zeros((0, 6, 6, 3), np.uint8), "y_test": np.zeros(0, np.int64)},
    r"x_train has images \[6, 6, 3\], x_test \[5, 6, 3\]": {"x_test": np.zeros((4, 5, 6, 3), np.uint8)},
    r"y_train is int64 \[19\], expected whole numbers \[20\]": {"y_train": np.zeros(19, np.int64)},
    "y_test is float64": {"y_test": np.zeros(4)},
    "y_test holds label 4, expected 0 to 3": {"y_test": np.array([0, 1, 2, 4])},
    "y_train holds label -1": {"y_train": np.arange(20) - 1},
    "not a whole .npz of plain arrays": {"x_train": np.array([object()])},
}


@pytest.mark.parametrize("line", WRONG_FILES)
def test_wrong_npz(tmp_path, line):
    with pytest.raises(InputError, match=line) as caught:
        prepared(tmp_path, write(tmp_path, **WRONG_FILES[line]))
    assert "own.npz" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


@pytest.mark.parametrize("keep", [0, 100, 2000, -30])
def test_truncated_npz(tmp_path, keep):
    entry = write(tmp_path)
    path = tmp_path / "own.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"own\.npz: not a whole \.npz"):
        prepared(tmp_path, entry)
    assert not (tmp_path / "out" / "prepared.npz").exists()


def test_subset_is_balanced_and_keeps_the_order(tmp_path):
    labels = np.repeat([0, 1, 2, 3], 5)
    own = write(tmp_path, y_train=labels)
    data = load(prepared(tmp_path, own | {"train_images": 6}))
    assert data.y_train.tolist() == [0, 0, 1, 1, 2, 3]
    assert np.array_equal(data.x_train, arrays()["x_train"][[0, 1, 5, 6, 10, 15]])
    with pytest.raises(InputError, match="train_images is 21, expected 4"):
        prepared(tmp_path, own | {"train_images": 21})


def test_digits_resized_and_replicated(tmp_path):
    data = load(prepared(tmp_path, {"source": "digits", "size": [32, 32], "channels": 3}))
    assert (data.input_shape, len(data.x_train), len(data.x_test)) == ((3, 32, 32), 1437, 360)
    assert np.array_equal(data.x_train[..., 0], data.x_train[..., 2])
    counts = np.bincount(data.y_test)
    assert counts.max() - counts.min() <= 2  # as in the whole set, 174 to 183 a class
    with pytest.raises(InputError, match="channels is 1, but the images have 3"):
        prepared(tmp_path, write(tmp_path) | {"channels": 1})


def mnist_folder(folder, monkeypatch, loader="MNIST"):
    """Twelve tiny images in MNIST's format, with their MD5s in place of the published ones."""
    folder.mkdir()
    resources = []
    for split, images in (("train", 8), ("t10k", 4)):
        labels = bytes(range(4)) * (images // 4)
        pixels = bytes(range(images * 6))
        for kind, head, body in (
            ("images-idx3", [2051, images, 2, 3], pixels),
            ("labels-idx1", [2049, images], labels),
        ):
            name = f"{split}-{kind}-ubyte.gz"
            packed = gzip.compress(b"".join(n.to_bytes(4, "big") for n in head) + body)
            (folder / name).write_bytes(packed)
            resources.append((name, hashlib.md5(packed).hexdigest()))
    monkeypatch.setattr(getattr(torchvision.datasets, loader), "resources", resources)
    return {"source": "folder", "dataset": "mnist", "path": str(folder)}


def test_original_mnist_files(tmp_path, monkeypatch):
    entry = mnist_folder(tmp_path / "originals", monkeypatch)
    data = load(prepared(tmp_path, entry))
    assert data.x_train.shape == (8, 2, 3, 1)
    assert data.x_train[1, 0, :, 0].tolist() == [6, 7, 8]
    assert data.class_names[:2] == ("0", "1")
    file = tmp_path / "originals" / "t10k-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(InputError, match=r"t10k-images-idx3-ubyte\.gz: MD5 is .* truncated or altered"):
        prepared(tmp_path, entry)
    file.unlink()
    with pytest.raises(InputError, match=r"t10k-images-idx3-ubyte\.gz: no such file"):
        prepared(tmp_path, entry)
    with pytest.raises(InputError, match="no such folder"):
        prepared(tmp_path, entry | {"path": str(tmp_path / "absent")})


def test_another_published_data_set_is_an_entry(tmp_path, monkeypatch):
    entry = mnist_folder(tmp_path / "originals", monkeypatch, "FashionMNIST") | {"dataset": "clothes"}
    monkeypatch.setitem(published.PUBLISHED, "clothes", published.Published("FashionMNIST", (8, 4), (2, 3, 1), 400))
    data = load(prepared(tmp_path, entry))
    assert data.x_train[1, 0, :, 0].tolist() == [6, 7, 8]
    assert data.class_names[-1] == "Ankle boot"


class Bomb:
    """Unpickling it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_cifar_batches_are_unpickled_only_with_the_published_md5(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    batch = pickle.dumps({"data": rng.integers(0, 256, (4, 3072), np.uint8), "labels": [0, 1, 0, 1]})
    meta = pickle.dumps({"label_names": ["cat", "dog"]})
    contents = {"data_batch_1": batch, "test_batch": batch, "batches.meta": meta}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in contents.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    md5 = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    loader = torchvision.datasets.CIFAR10
    monkeypatch.setattr(loader, "tgz_md5", hashlib.md5(packed.getvalue()).hexdigest())
    monkeypatch.setattr(loader, "train_list", [["data_batch_1", md5["data_batch_1"]]])
    monkeypatch.setattr(loader, "test_list", [["test_batch", md5["test_batch"]]])
    monkeypatch.setattr(loader, "meta", loader.meta | {"md5": md5["batches.meta"]})

    originals = tmp_path / "originals"
    originals.mkdir()
    (originals / loader.filename).write_bytes(packed.getvalue())
    entry = {"source": "folder", "dataset": "cifar10", "path": str(originals)}
    data = load(prepared(tmp_path, entry))
    assert data.x_train.shape == (4, 32, 32, 3)
    assert data.class_names == ("cat", "dog")

    (originals / loader.filename).unlink()
    batches = originals / "cifar-10-batches-py"
    batches.mkdir()
    for name, content in contents.items():
        (batches / name).write_bytes(content)
    assert np.array_equal(load(prepared(tmp_path, entry)).x_test, data.x_test)
    trace = tmp_path / "trace"
    (batches / "test_batch").write_bytes(pickle.dumps(Bomb(str(trace))))
    with pytest.raises(InputError, match="MD5 is not the published"):
        prepared(tmp_path, entry)
    assert not trace.exists()


def test_download(tmp_path, monkeypatch):
    mnist_folder(tmp_path / "site", monkeypatch)
    served = {}

    def urlopen(address, timeout):
        if not served:
            raise OSError("Name or service not known")
        return io.BytesIO(served[address.rsplit("/", 1)[1]])

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    entry = {"source": "torchvision", "dataset": "mnist"}
    with pytest.raises(InputError, match=r"https://.*: cannot be downloaded \(Name or service not known\)"):
        prepared(tmp_path, entry)
    served |= {file.name: file.read_bytes() for file in (tmp_path / "site").iterdir()}
    whole = served["t10k-images-idx3-ubyte.gz"]
    served["t10k-images-idx3-ubyte.gz"] = whole[:-9]
    with pytest.raises(InputError, match=r"t10k-images-idx3-ubyte\.gz: MD5 is"):
        prepared(tmp_path, entry)
    names = sorted(file.name for file in (tmp_path / "downloads").iterdir())
    assert names == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]  # whole files stay, nothing else
    served["t10k-images-idx3-ubyte.gz"] = whole
    assert load(prepared(tmp_path, entry)).x_train.shape == (8, 2, 3, 1)


def test_folds_are_stratified_disjoint_and_complete(tmp_path):
    labels = np.repeat([0, 1, 2], [7, 11, 20])
    folds = stratified_folds(labels, 5, torch.Generator().manual_seed(3))
    assert sorted(np.concatenate(folds)) == list(range(38))
    for images in (len(labels), 7, 11, 20):
        sizes = [len(f) if images == len(labels) else (np.bincount(labels)[labels[f]] == images).sum() for f in folds]
        assert max(sizes) - min(sizes) <= 1
    path = tmp_path / "folds.npz"
    save_folds(path, folds)
    train, validation = load_fold(path, 2, 38)
    assert np.array_equal(validation, folds[2])
    assert not set(train) & set(validation)
    assert len(train) + len(validation) == 38
    with pytest.raises(InputError, match="no fold 5"):
        load_fold(path, 5, 38)
    with pytest.raises(InputError, match="another number of images than 40"):
        load_fold(path, 0, 40)
    with pytest.raises(InputError, match="class 0 has only 7 images"):
        stratified_folds(labels, 8, torch.Generator())
