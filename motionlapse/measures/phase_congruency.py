"""FSIM: similarity of features, found where the phases of all frequencies agree."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from motionlapse.frames import Image
from motionlapse.measures.measured import Floats64, Measured, grey_floats

# Zhang et al. 2011, with the constants of the authors' program.
_SCALES, _ORIENTATIONS = 4, 4
_SHORTEST_WAVE_PX, _WAVE_FACTOR, _BANDWIDTH, _ANGULAR = 6.0, 2.0, 0.55, 1.2
_NOISE_K, _LEAST = 2.0, 1e-4
_T_PHASE, _T_GRADIENT = 0.85, 160.0
_USUAL_SIDE = 256


def fsim(before: Image, after: Image) -> Measured:
    """Feature similarity of luma, 0 to 1.

    Notes
    -----
    The similarity of phase congruency times that of Scharr gradients, averaged with the larger
    phase congruency as weight [1]_. Pictures are first reduced to about 256 pixels on the shorter
    side.

    References
    ----------
    .. [1] L. Zhang, L. Zhang, X. Mou and D. Zhang, "FSIM: a feature similarity index for image
       quality assessment", IEEE Transactions on Image Processing 20(8), 2011.
    """
    a, b = (_reduced(picture) for picture in (before, after))
    phase_a, phase_b = phase_congruency(a), phase_congruency(b)
    gradient_a, gradient_b = _scharr(a), _scharr(b)
    phases = _similarity(phase_a, phase_b, _T_PHASE)
    gradients = _similarity(gradient_a, gradient_b, _T_GRADIENT)
    weight = np.maximum(phase_a, phase_b)
    total = float(weight.sum())
    if total <= 0:  # neither picture has a feature
        return Measured(1.0 if np.array_equal(a, b) else 0.0)
    return Measured(float((phases * gradients * weight).sum() / total))


def _similarity(a: Floats64, b: Floats64, constant: float) -> Floats64:
    return np.asarray((2 * a * b + constant) / (a**2 + b**2 + constant))


def _reduced(picture: Image) -> Floats64:
    """Return luma averaged over squares and subsampled, so that the shorter side is about 256."""
    luma = grey_floats(picture)
    factor = max(1, round(min(luma.shape) / _USUAL_SIDE))
    if factor > 1:
        luma = np.asarray(
            cv2.blur(luma, (factor, factor), borderType=cv2.BORDER_REFLECT)[::factor, ::factor]
        )
    return luma.astype(np.float64)


def _scharr(luma: Floats64) -> Floats64:
    across = cv2.Scharr(luma, cv2.CV_64F, 1, 0) / 16
    down = cv2.Scharr(luma, cv2.CV_64F, 0, 1) / 16
    return np.asarray(cv2.magnitude(across, down))


def phase_congruency(luma: Floats64) -> Floats64:
    """Return how much the phases of all scales agree at each pixel, 0 to 1.

    Notes
    -----
    Log-Gabor filters of 4 scales and 4 orientations are used. The energy of each orientation, less
    that of noise as strong as at the finest scale, is divided by the sum of amplitudes [1]_.

    References
    ----------
    .. [1] P. Kovesi, "Image features from phase congruency", Videre 1(3), 1999.
    """
    spectrum = np.fft.fft2(luma)
    energy_sum, amplitude_sum = np.zeros_like(luma), np.zeros_like(luma)
    bank = _log_gabors(luma.shape)
    for filters, finest_power, noise_ratio in bank:
        responses = [np.fft.ifft2(spectrum * transfer) for transfer in filters]
        amplitudes = [np.abs(response) for response in responses]
        total = np.sum(responses, axis=0)
        direction = total / (np.abs(total) + _LEAST)
        energy = np.zeros_like(luma)
        for response in responses:
            turned = response * direction.conj()
            energy += turned.real - np.abs(turned.imag)
        energy -= _noise_threshold(amplitudes[0], finest_power, noise_ratio)
        energy_sum += np.maximum(energy, 0)
        amplitude_sum += np.sum(amplitudes, axis=0)
    return np.asarray(energy_sum / (amplitude_sum + _LEAST))


def _noise_threshold(finest: Floats64, finest_power: float, noise_ratio: float) -> float:
    """Return the energy that noise alone may reach (mean + k σ of a Rayleigh distribution)."""
    if finest_power <= 0:  # a picture of one pixel has no frequency
        return 0.0
    mean_square = float(np.median(finest**2)) / np.log(2)
    noise_power = mean_square / finest_power
    tau = np.sqrt(noise_power * noise_ratio / 2)
    mean, sigma = tau * np.sqrt(np.pi / 2), tau * np.sqrt((4 - np.pi) / 2)
    return float((mean + _NOISE_K * sigma) / 1.7)


@lru_cache(maxsize=4)
def _log_gabors(shape: tuple[int, int]) -> tuple[tuple[list[Floats64], float, float], ...]:
    """Return each orientation's filters, the finest one's power, and the ratio of noise to it."""
    height, width = shape
    across, down = np.meshgrid(np.fft.fftfreq(width), np.fft.fftfreq(height))
    radius = np.hypot(across, down)
    angle = np.arctan2(-down, across)
    lowpass = 1 / (1 + (radius / 0.45) ** 30)
    radius[0, 0] = 1
    radials = []
    for scale in range(_SCALES):
        centre = 1 / (_SHORTEST_WAVE_PX * _WAVE_FACTOR**scale)
        radial = np.exp(-(np.log(radius / centre) ** 2) / (2 * np.log(_BANDWIDTH) ** 2)) * lowpass
        radial[0, 0] = 0
        radials.append(radial)
    bank = []
    for number in range(_ORIENTATIONS):
        turn = np.angle(np.exp(1j * (angle - number * np.pi / _ORIENTATIONS)))
        spread = np.exp(-(turn**2) / (2 * (np.pi / _ORIENTATIONS / _ANGULAR) ** 2))
        filters = [radial * spread for radial in radials]
        spatial = [np.fft.ifft2(f).real * np.sqrt(height * width) for f in filters]
        squares = float(sum((s**2).sum() for s in spatial))
        products = float(
            sum(
                (spatial[i] * spatial[j]).sum()
                for i in range(_SCALES)
                for j in range(i + 1, _SCALES)
            )
        )
        bank.append((filters, float((filters[0] ** 2).sum()), 2 * squares + 4 * products))
    return tuple(bank)
