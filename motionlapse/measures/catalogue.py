"""The catalogue of all measures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from motionlapse.errors import ConfigError, nearest
from motionlapse.measures.entry import MeasureEntry

_INF = math.inf


def _table(*entries: MeasureEntry) -> dict[str, MeasureEntry]:
    return {entry.name: entry for entry in entries}


# A table reads as one.
# fmt: off
_M = MeasureEntry
# name, file:function, identical, worst, some, clear, ms, good, bad, reference
_PIXELS = _table(
    _M("manhattan", "pixels:manhattan", 0, 255, 4.4, 15.0, 24.0,
       "every change, in grey levels",
       "light, noise and shifts count as much as motion; misses small objects",
       "taxicab distance"),
    _M("zero_norm", "pixels:zero_norm", 0, 1, 0.96, 1.0, 24.0,
       "tells a copy from a new picture",
       "noise of one grey level everywhere gives 1",
       "number of unequal pixels"),
    _M("tolerance", "pixels:tolerance", 0, 1, 0.022, 0.31, 24.0,
       "strong local changes; ignores weak noise",
       "light beyond 25 grey levels; shifts of edges",
       "idiff, OpenImageIO"),
    _M("euclidean", "pixels:euclidean", 0, _INF, 6300.0, 26000.0, 24.0,
       "large differences weigh more than many small",
       "grows with the size of the picture; light",
       "Euclidean norm"),
    _M("mse", "pixels:mse", 0, 65025, 58.0, 490.0, 24.0,
       "large differences weigh more than many small",
       "light, shifts",
       "mean squared error"),
    _M("rmse", "pixels:rmse", 0, 255, 7.6, 22.0, 49.0,
       "as mse, in grey levels",
       "light, shifts",
       "root mean squared error"),
    _M("psnr", "pixels:psnr", _INF, 0, 31.0, 21.0, 25.0,
       "noise and compression, in dB",
       "light, shifts; misses small objects",
       "peak signal-to-noise ratio"),
    _M("channel_mean", "pixels:channel_mean", 0, 1, 0.017, 0.06, 24.0,
       "as manhattan, as a share",
       "light, noise, shifts",
       "diffimg"),
    _M("percent_changed", "pixels:percent_changed", 0, 100, 1.7, 6.0, 24.0,
       "as manhattan, in percent",
       "light, noise, shifts",
       "imgcompare"),
    _M("bounding_box", "pixels:bounding_box", 0, 1, 1.0, 1.0, 26.0,
       "where something changed in drawn or cleaned pictures",
       "one noisy pixel in each corner gives 1",
       "bounding box of the difference"),
    _M("row_profile", "pixels:row_profile", 0, 255, 1.3, 14.0, 2.3,
       "large things and light; noise averages out",
       "small objects; things that balance in a row",
       "projection profiles"),
    _M("thumbnail", "pixels:thumbnail", 0, 255, 2.1, 14.0, 5.5,
       "large things; noise and small shifts average out",
       "light; small objects",
       "area average"),
)
_STRUCTURE = _table(
    _M("ncc", "correlation:ncc", 1, -1, 0.9845, 0.9341, 84.0,
       "structure, whatever the gain and brightness",
       "flat pictures, where noise is all there is; small objects",
       "Pearson correlation", needs_contrast=True),
    _M("template", "correlation:template", 1, -1, 0.989, 0.973, 21.0,
       "as ncc, but tolerates shifts up to a sixteenth of the picture",
       "flat pictures; changes at the border",
       "cv2.matchTemplate", needs_contrast=True),
    _M("r_squared", "correlation:r_squared", 1, 0, 0.9962, 0.9601, 16.0,
       "structure of large things, whatever the light",
       "small objects; below 0.9 pictures are called different",
       "Pearson correlation at 100 pixels", needs_contrast=True),
    _M("phase_shift", "correlation:phase_shift", 0, 255, 4.4, 15.0, 53.0,
       "a camera that moved as a whole",
       "light; things that move by themselves",
       "Kuglin and Hines 1975"),
    _M("edges", "gradients:edges", 0, 1, 0.27, 0.65, 19.0,
       "outlines that come and go; slow light",
       "noise and sharpness; soft objects",
       "Sobel magnitude", needs_contrast=True),
    _M("gmsd", "gradients:gmsd", 0, 1, 0.039, 0.072, 21.0,
       "local loss of structure; even light",
       "noise in flat parts",
       "Xue et al. 2014"),
    _M("gradient_similarity", "gradients:gradient_similarity", 1, 0, 0.9958, 0.9919, 38.0,
       "outlines; tolerates a little change of light",
       "misses small objects",
       "Liu, Lin and Narwaria 2012"),
    _M("ssim", "structure:ssim", 1, -1, 0.943, 0.8803, 180.0,
       "local structure; the map shows where",
       "noise in dark and flat parts",
       "Wang et al. 2004"),
    _M("ms_ssim", "structure:ms_ssim", 1, 0, 0.9792, 0.9463, 19.0,
       "structure at all sizes; noise counts less",
       "strong change of gain; small objects",
       "Wang, Simoncelli and Bovik 2003"),
    _M("uqi", "structure:uqi", 1, -1, 0.4906, 0.3225, 57.0,
       "local structure without constants",
       "noise in flat parts more than any other",
       "Wang and Bovik 2002", needs_contrast=True),
    _M("fsim", "phase_congruency:fsim", 1, 0, 0.9492, 0.927, 150.0,
       "edges and lines as the eye weighs them",
       "misses small objects",
       "Zhang et al. 2011", needs_contrast=True),
    _M("vif", "visibility:vif", 1, 0, 0.5595, 0.2253, 120.0,
       "how much detail is left; blur and noise",
       "noise between equal scenes; above 1 where contrast grows",
       "Sheikh and Bovik 2006", needs_contrast=True),
    _M("vdp", "visibility:vdp", 0, 1, 0.78, 1.0, 190.0,
       "what a person would notice",
       "changes of light that a person would notice",
       "Daly 1993"),
)
_SUMMARIES = _table(
    _M("jpeg_size", "transforms:jpeg_size", 0, 1, 0.024, 0.1, 4.1,
       "costs nothing where a camera sends JPEG; detail that comes or goes",
       "things that move without changing the amount of detail; noise",
       "size of the file"),
    _M("dct", "transforms:dct", 0, _INF, 0.076, 0.14, 6.5,
       "layout of large objects, whatever the brightness",
       "small objects; strong gain",
       "cv2.dct"),
    _M("hist_kl", "histograms:hist_kl", 0, _INF, 0.015, 0.56, 4.6,
       "corrupt and grey pictures (above 0.2)",
       "anything that only moves; light",
       "Courbon et al. 2010"),
    _M("hist_bhattacharyya", "histograms:hist_bhattacharyya", 0, 1, 0.082, 0.29, 4.4,
       "another scene",
       "anything that only moves; light",
       "cv2.compareHist"),
    _M("hist_correlation", "histograms:hist_correlation", 1, -1, 0.9887, 0.8675, 4.4,
       "another scene",
       "anything that only moves; light; flat pictures",
       "cv2.compareHist"),
    _M("hist_chi_square", "histograms:hist_chi_square", 0, 4, 0.05, 0.51, 4.4,
       "another scene",
       "anything that only moves; light",
       "cv2.compareHist"),
    _M("hist_intersection", "histograms:hist_intersection", 1, 0, 0.9181, 0.7131, 5.7,
       "another scene",
       "anything that only moves; light",
       "cv2.compareHist"),
    _M("emd", "histograms:emd", 0, 255, 1.3, 14.0, 4.7,
       "how far brightness moved",
       "anything that only moves",
       "Rubner et al. 2000; 1-D Wasserstein"),
    _M("emd_signature", "histograms:emd_signature", 0, 8, 0.053, 0.43, 1.9,
       "large objects and where they are",
       "small objects; light",
       "Rubner et al. 2000; cv2.EMD"),
    _M("haar", "transforms:haar", 1, 0, 0.95, 0.8675, 19.0,
       "layout, whatever the gain and brightness",
       "small objects; flat pictures",
       "Jacobs, Finkelstein and Salesin 1995", needs_contrast=True),
    _M("average_hash", "hashes:average_hash", 0, 64, 2.8, 4.9, 11.0,
       "near copies, whatever the gain and brightness",
       "small objects; flat pictures",
       "cv2.img_hash", needs_contrast=True),
    _M("phash", "hashes:phash", 0, 64, 2.0, 6.9, 12.0,
       "near copies, whatever the gain, brightness and scale",
       "small objects; flat pictures",
       "cv2.img_hash", needs_contrast=True),
    _M("block_mean_hash", "hashes:block_mean_hash", 0, 256, 2.0, 4.0, 13.0,
       "near copies, finer than average_hash",
       "small objects; flat pictures",
       "Yang, Gu and Niu 2006", needs_contrast=True),
    _M("marr_hildreth_hash", "hashes:marr_hildreth_hash", 0, 576, 29.0, 44.0, 21.0,
       "outlines",
       "noise, small objects",
       "Zauner 2010", needs_contrast=True),
    _M("radial_hash", "hashes:radial_hash", 0, 1, 0.0041, 0.012, 16.0,
       "near copies, even if slightly rotated",
       "small objects",
       "De Roover et al. 2005", needs_contrast=True),
    _M("color_moment_hash", "hashes:color_moment_hash", 0, _INF, 4.8, 69.0, 6.1,
       "colours as a whole, even if rotated",
       "ignores where things are; light",
       "Tang, Dai and Zhang 2012"),
)
_SCENE = _table(
    _M("centrist", "texture:centrist", 0, 1, 0.033, 0.087, 24.0,
       "kind of texture; tolerates smooth changes of light",
       "noise in flat parts; ignores where things are",
       "Wu and Rehg 2011", needs_contrast=True),
    _M("gist", "texture:gist", 0, _INF, 0.024, 0.074, 42.0,
       "kind and layout of a scene; tolerates changes of light",
       "small objects; noise in flat parts",
       "Oliva and Torralba 2001"),
    _M("background", "noise:background", 0, 1, 0.0011, 0.0034, 25.0,
       "moving objects above 0.04 % of the picture; tolerates noise, gain, clouds",
       "hard shadows; a moving camera; anything next to saturated parts",
       "the detector, for two pictures", needs_contrast=True),
    _M("flow", "flow:flow", 0, _INF, 0.43, 2.8, 26.0,
       "how far objects or the camera moved, in pixels",
       "what comes and goes without moving; flat pictures",
       "Bouguet 2000"),
)
# fmt: on
MEASURES: Mapping[str, MeasureEntry] = {**_PIXELS, **_STRUCTURE, **_SUMMARIES, **_SCENE}


def chosen_measures(names: Iterable[str]) -> list[MeasureEntry]:
    """Return the measures with these names, each once; without names, all of them.

    Raises
    ------
    ConfigError
        For an unknown name, suggesting the nearest known one.
    """
    wanted = list(dict.fromkeys(names)) or list(MEASURES)
    for name in wanted:
        if name not in MEASURES:
            raise ConfigError(
                f"no measure '{name}'{nearest(name, MEASURES)}; 'motionlapse list measures' "
                "shows all"
            )
    return [MEASURES[name] for name in wanted]
