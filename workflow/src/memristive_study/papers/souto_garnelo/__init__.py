"""Souto Garnelo et al., memristive inference with MemTorch for MNIST and CIFAR."""
