"""Every weight of a converted type is on arrays, digital by name, or an error: none stays digital unnoticed."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from memristive import InputError, Setting, convert
from memristive.network.chains import FusedSequential

IDEAL = Setting(max_input_voltage=None, adc_bits=None)
X = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))


def ideal(model: nn.Module) -> nn.Module:
    return convert(model.eval(), IDEAL, torch.Generator().manual_seed(1))


class Own(nn.Module):
    """A layer, and whatever `make` keeps beside it; `use` is its forward pass."""

    def __init__(self, make, use):
        super().__init__()
        self.layer, self.use = nn.Linear(8, 8), use
        make(self)

    def forward(self, x):
        return self.use(self, x)


class Holder:
    pass


def hold(network, value):
    network.holder = Holder()
    network.holder.value = value


OUTSIDE = nn.Linear(8, 8)
UNSEEN = {
    "a layer in an object": (
        lambda network: hold(network, nn.Linear(8, 3)),
        lambda network, x: network.holder.value(network.layer(x)),
        r"a weight of shape \[3, 8\] is used that no module of the network holds",
    ),
    "a layer in nested lists": (
        lambda network: setattr(network, "nested", [[nn.Linear(8, 3)]]),
        lambda network, x: network.nested[0][0](network.layer(x)),
        r"a weight of shape \[3, 8\] is used that no module",
    ),
    "a layer in a closure": (
        lambda network: None,
        lambda network, x: OUTSIDE(network.layer(x)),
        r"a weight of shape \[8, 8\] is used that no module",
    ),
    "a weight in an object": (
        lambda network: hold(network, network.layer.weight),
        lambda network, x: F.linear(x, network.holder.value) + network.layer(x),
        r"a weight of shape \[8, 8\] is used that no module",
    ),
    "all parameters of a layer": (
        lambda network: None,
        lambda network, x: F.linear(x, *network.layer.parameters()),
        "layer layer: its parameters are read by the network's own code, but are conductances",
    ),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_weights_that_no_conversion_finds_are_an_error_at_the_first_pass(name):
    make, use, words = UNSEEN[name]
    network = ideal(Own(make, use))
    for _ in range(2):
        with torch.no_grad(), pytest.raises(InputError, match=words) as caught:
            network(X)
        assert "\n" not in str(caught.value)


ALIASES = {
    "a parameter": lambda network: setattr(network, "alias", network.layer.weight),
    "a buffer": lambda network: network.register_buffer("alias", network.layer.weight.detach()[:4]),
    "a tensor": lambda network: setattr(network, "alias", network.layer.weight.detach()),
}


@pytest.mark.parametrize("name", ALIASES)
def test_a_weight_under_another_name_is_an_error(name):
    own = Own(ALIASES[name], lambda network, x: F.linear(x, network.alias) + network.layer(x).sum())
    model = nn.Sequential(nn.Linear(8, 8), own).eval()
    with pytest.raises(InputError, match=r"model: 1: alias: holds the weight of layer 1\.layer"):
        ideal(model)
    digital = IDEAL.replace(layers={"1.layer": {"array.layer_types": []}})
    with torch.no_grad():
        converted = convert(model, digital, torch.Generator().manual_seed(1))
        torch.testing.assert_close(converted(X), model(X), rtol=1e-4, atol=1e-4)


def test_tied_embeddings_and_tied_layers_are_converted():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.first, self.last = nn.Embedding(8, 8), nn.Linear(8, 8), nn.Linear(8, 8)
            self.first.weight = self.last.weight = self.embedding.weight

        def forward(self, tokens):
            return self.last(torch.relu(self.first(self.embedding(tokens))))

    model, tokens = Tied().eval(), torch.randint(8, (4, 3))
    with torch.no_grad():
        torch.testing.assert_close(ideal(model)(tokens), model(tokens), rtol=1e-4, atol=1e-5)


def test_layers_that_have_no_values_yet_are_named():
    with pytest.raises(InputError, match="model: 0: weight: has no values yet; run the network once"):
        ideal(nn.Sequential(nn.LazyLinear(3)))


@pytest.mark.filterwarnings("ignore:.torch.jit")
def test_compiled_networks_are_those_that_they_were_made_of():
    """Not run through the compiler, which would take minutes."""
    inner = nn.Sequential(nn.Linear(8, 8), nn.ReLU())
    network = ideal(nn.Sequential(torch.compile(inner), nn.Linear(8, 3)))
    plain = ideal(nn.Sequential(inner, nn.Linear(8, 3)))
    assert type(ideal(torch.compile(inner))) is FusedSequential
    assert [name for name, _ in network.named_modules()] == [name for name, _ in plain.named_modules()]
    assert torch.equal(network[0][0].conductance, plain[0][0].conductance)
    assert torch.equal(network[0][0].line, plain[0][0].line)


def test_a_layer_refuses_what_it_cannot_follow():
    network = ideal(nn.Sequential(nn.Linear(8, 8)))
    with pytest.raises(InputError, match="layer 0: weight: is set by the network's own code"):
        network[0].weight = nn.Parameter(torch.zeros(8, 8))
    with pytest.raises(InputError, match="layer 0: setting: cannot be changed"):
        network[0].setting = Setting(adc_bits=2)
    with pytest.raises(InputError, match="layer 0: weight: a digital network's weights cannot be loaded"):
        network.load_state_dict(nn.Sequential(nn.Linear(8, 8)).state_dict())
    with pytest.raises(AttributeError, match="layer 0: weight_v: a layer on crossbars has no such attribute"):
        network[0].weight_v  # noqa: B018 (it is read)


def test_a_calibrated_network_s_state_can_be_loaded():
    from memristive import calibrate

    setting = Setting(adc_range="calibrated")
    first, second = (convert(nn.Linear(8, 8), setting, torch.Generator().manual_seed(seed)) for seed in (1, 2))
    calibrate(first, X)
    second.load_state_dict(first.state_dict())
    with torch.no_grad():
        assert torch.equal(first(X), second(X))


@pytest.mark.parametrize("change", ["half", "bfloat16", "double"])
def test_a_converted_network_of_another_type_is_an_error(change):
    for model in (nn.Linear(8, 3), nn.Sequential(nn.Linear(8, 3), nn.ReLU())):
        with torch.no_grad(), pytest.raises(InputError, match=r"conductance: \w+ is not float32; convert"):
            getattr(ideal(model), change)()(X)


FORMS = {
    "sparse": (lambda: X.to_sparse(), "layout sparse_coo is not a dense tensor"),
    "nested": (lambda: torch.nested.nested_tensor([X, X[:2]]), "is not a dense tensor"),
    "meta": (lambda: X.to("meta"), "on the device meta"),
}


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("name", FORMS)
def test_inputs_of_another_form_are_one_line(name):
    make, words = FORMS[name]
    with torch.no_grad(), pytest.raises(InputError, match=words):
        ideal(nn.Linear(8, 3))(make())


def test_keyword_arguments_are_those_of_the_digital_layers():
    model = nn.Sequential(nn.Linear(8, 3))
    with torch.no_grad():
        torch.testing.assert_close(ideal(model)[0](input=X), model[0](input=X), rtol=1e-4, atol=1e-5)
        assert torch.equal(ideal(model)(input=X), ideal(model)(X))
