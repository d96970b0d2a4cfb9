// A ticket's picture, ready for the screen: half a pixel per dot, at sizes where halving is exact. It knows PNG bytes and
// canvases; it does not know tickets.

const DOTS_PER_PIXEL = 2; // 203 dpi dots on a screen of about 96

/**
 * An <img>'s source and its size in CSS pixels. An odd number of dots is made even first: else the browser squeezes the
 * picture by a fraction, and thin strokes vanish where its samples fall between dots.
 */
export async function screenPicture(blob) {
  const bitmap = await createImageBitmap(blob);
  const even = (dots) => dots + (dots % DOTS_PER_PIXEL);
  const canvas = document.createElement("canvas");
  canvas.width = even(bitmap.width);
  canvas.height = even(bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  const fitted = await new Promise((resolve) => canvas.toBlob(resolve));
  return {
    address: URL.createObjectURL(fitted),
    width: canvas.width / DOTS_PER_PIXEL,
    height: canvas.height / DOTS_PER_PIXEL,
  };
}

export const blobOf = (base64) =>
  new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], { type: "image/png" });
