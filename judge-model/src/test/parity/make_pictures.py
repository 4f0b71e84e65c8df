"""Writes 60 pictures of all kinds, and beside each the pixels that the reference makes of it, as a PNG of the size after resizing.

The reference: Pillow decodes, turns by EXIF and puts on white; torchvision resizes, as the image processor of Qwen3-VL does.
usage: python make_pictures.py ../resources/pictures
"""
import pathlib
import sys

import numpy
import torch
from PIL import Image, ImageOps
from torchvision.transforms.v2 import functional
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

LEAST, MOST = 4 * 32 * 32, 16 * 32 * 32


def scene(width, height, seed=0):
    """Smooth colours with an edge, different on each side, so that a wrong turn shows."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [255 * x / width, 255 * y / height, 127 + 120 * numpy.sin((x + 2 * y) / 9)]
    rgb = numpy.stack(planes, -1) + 8 * seed
    rgb[: height // 4, : width // 3] = (250, 30, 20)
    return Image.fromarray(rgb.clip(0, 255).astype("uint8"))


def alpha(image):
    image = image.convert("RGBA")
    fade = Image.linear_gradient("L").resize(image.size)
    image.putalpha(fade)
    return image


def pictures():
    for size in [(64, 64), (96, 64), (50, 70), (33, 97), (200, 120), (121, 77)]:
        yield f"rgb-{size[0]}x{size[1]}.png", scene(*size), {}
    grey = scene(80, 60).convert("L")
    yield "grey.png", grey, {}
    yield "grey-alpha.png", alpha(scene(80, 60)).convert("LA"), {}
    yield "alpha.png", alpha(scene(80, 60)), {}
    yield "bit.png", grey.convert("1"), {}
    for bits, colours in [(1, 2), (2, 4), (4, 16), (8, 256)]:
        yield f"palette-{bits}.png", scene(80, 60).quantize(colours), {"bits": bits}
    yield "palette-transparent.png", scene(80, 60).quantize(16), {"transparency": 3}
    yield "rgb-transparent.png", scene(80, 60), {"transparency": (250, 30, 20)}
    deep = numpy.asarray(grey).astype("uint16") * 257 + 90
    yield "grey-16.png", Image.fromarray(deep), {}
    for quality in [30, 60, 90]:
        yield f"jpeg-{quality}.jpg", scene(90, 70), {"quality": quality}
    for name, sampling in [("444", 0), ("422", 1), ("420", 2)]:
        yield f"jpeg-{name}.jpg", scene(91, 73), {"quality": 85, "subsampling": sampling}
    yield "jpeg-progressive.jpg", scene(90, 70), {"progressive": True, "quality": 85}
    yield "jpeg-grey.jpg", grey, {"quality": 85}
    yield "jpeg-cmyk.jpg", scene(90, 70).convert("CMYK"), {"quality": 90}
    yield "jpeg-cmyk-progressive.jpg", scene(70, 90).convert("CMYK"), {"quality": 90, "progressive": True}
    yield "jpeg-profile.jpg", scene(90, 70), {"quality": 90, "icc_profile": PROFILE}
    yield "profile.png", scene(90, 70), {"icc_profile": PROFILE}
    yield "gamma.png", scene(90, 70), {"pnginfo": GAMMA}
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        yield f"turn-{turn}.jpg", scene(90, 50), {"quality": 90, "exif": exif}
    for turn in [3, 6]:
        exif = Image.Exif()
        exif[0x0112] = turn
        yield f"turn-{turn}.png", scene(90, 50), {"exif": exif}
        yield f"turn-{turn}.webp", scene(90, 50), {"quality": 90, "exif": exif}
    exif = Image.Exif()
    exif[0x0112] = 9
    yield "turn-9.jpg", scene(90, 50), {"quality": 90, "exif": exif}
    for quality in [40, 80]:
        yield f"webp-{quality}.webp", scene(90, 70), {"quality": quality}
    yield "webp-lossless.webp", scene(90, 70), {"lossless": True}
    yield "webp-alpha.webp", alpha(scene(90, 70)), {"quality": 80}
    yield "webp-alpha-lossless.webp", alpha(scene(90, 70)), {"lossless": True}
    yield "webp-grey.webp", grey, {"quality": 80}
    many = {"save_all": True, "append_images": [scene(90, 70, 1), scene(90, 70, 2)], "duration": 100}
    yield "webp-animated.webp", scene(90, 70), {"quality": 80, **many}
    yield "gif.gif", scene(80, 60).quantize(64), {}
    yield "gif-animated.gif", scene(90, 70), many
    yield "gif-transparent.gif", scene(80, 60).quantize(16), {"transparency": 2}
    yield "png-animated.png", scene(90, 70), many
    yield "bmp.bmp", scene(80, 60), {}
    yield "bmp-grey.bmp", grey, {}
    yield "bmp-palette.bmp", scene(80, 60).quantize(16), {}
    yield "large.jpg", scene(900, 600), {"quality": 60}
    yield "wide.png", scene(400, 20), {}
    yield "small.png", scene(9, 7), {}


def seen(path):
    """As a judge is shown it."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "I;16":
        image = Image.fromarray((numpy.asarray(image) >> 8).astype("uint8"))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


if __name__ == "__main__":
    from PIL import ImageCms, PngImagePlugin
    import struct

    PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    GAMMA = PngImagePlugin.PngInfo()
    GAMMA.add(b"gAMA", struct.pack(">I", 100000))
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = list(pictures())
    for name, image, options in made:
        image.save(folder / name, **options)
        rgb = torch.from_numpy(numpy.asarray(seen(folder / name)).copy()).permute(2, 0, 1)
        height, width = smart_resize(rgb.shape[1], rgb.shape[2], factor=32, min_pixels=LEAST, max_pixels=MOST)
        resized = functional.resize(rgb, [height, width], interpolation=functional.InterpolationMode.BICUBIC, antialias=True)
        Image.fromarray(resized.permute(1, 2, 0).numpy()).save(folder / (name + ".expected.png"), optimize=True)
    print(len(made), "pictures")
