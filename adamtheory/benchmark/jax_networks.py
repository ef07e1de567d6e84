"""Training of many networks in JAX and optax, as their users write it: `vmap` of a `lax.scan` over the batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def vmapped(
    sizes: tuple[int, ...], batch: int, data: tuple[NDArray[Any], NDArray[Any]], networks: int, updates: int
) -> Callable[[], object]:
    """Updates of many perceptrons with ReLU, jitted, parameters and state kept between calls, XLA's own threads."""
    import jax
    import jax.numpy as jnp
    import optax

    optimizer = optax.adam(1e-3)

    def start(key: Any) -> Any:
        keys = jax.random.split(key, len(sizes) - 1)
        shapes = zip(keys, sizes, sizes[1:], strict=False)
        return [(jax.random.uniform(k, (m, n), minval=-1, maxval=1) / n**0.5, jnp.zeros(m)) for k, n, m in shapes]

    def loss_of(theta: Any, x: Any, y: Any) -> Any:
        for w, c in theta[:-1]:
            x = jax.nn.relu(x @ w.T + c)
        w, c = theta[-1]
        return optax.softmax_cross_entropy_with_integer_labels(x @ w.T + c, y).mean()

    def step(carry: Any, rows: Any) -> Any:
        theta, state = carry
        loss, gradient = jax.value_and_grad(loss_of)(theta, *rows)
        moves, state = optimizer.update(gradient, state, theta)
        return (optax.apply_updates(theta, moves), state), loss

    x = jnp.asarray(data[0][: updates * batch]).reshape(updates, batch, -1)
    y = jnp.asarray(data[1][: updates * batch]).reshape(updates, batch)
    theta = jax.vmap(start)(jax.random.split(jax.random.PRNGKey(0), networks))
    held = [theta, jax.vmap(optimizer.init)(theta)]
    compiled = jax.jit(jax.vmap(lambda carry: jax.lax.scan(step, carry, (x, y))), donate_argnums=0)

    def work() -> None:
        held[:], losses = compiled(tuple(held))
        jax.block_until_ready(losses)

    return work
