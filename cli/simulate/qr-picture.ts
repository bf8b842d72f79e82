import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

const { resolve } = createRequire(import.meta.url)
let decoder: Promise<unknown> | undefined

/**
 * Reads the QR code in a picture (PNG, JPEG), as a phone's camera app does: the text in it; undefined when there is not
 * exactly one code. The decoder comes from the package's own file: nothing is fetched.
 */
export async function readQrPicture(picture: Uint8Array): Promise<string | undefined> {
  decoder ??= prepareZXingModule({
    overrides: { wasmBinary: readFileSync(resolve('zxing-wasm/reader/zxing_reader.wasm')).buffer as ArrayBuffer },
    fireImmediately: true,
  })
  await decoder
  const codes = await readBarcodes(picture, { formats: ['QRCode'] })
  return codes.length === 1 && codes[0]?.isValid ? codes[0].text : undefined
}
