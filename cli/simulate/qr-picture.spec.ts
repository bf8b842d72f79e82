import { expect, it } from '@jest/globals'
import { toBuffer } from 'qrcode'
import { readQrPicture } from './qr-picture.ts'

const picture = (text: string) => toBuffer(text, { errorCorrectionLevel: 'Q', margin: 4, scale: 8 })

it('reads the link in the picture of a code', async () => {
  const link = 'https://ruhui.example/j/0123456789ABCDEF'
  expect(await readQrPicture(await picture(link))).toBe(link)
})

it('reads nothing from what is no picture of a code', async () => {
  expect(await readQrPicture(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined()
  const torn = await picture('https://ruhui.example/j/0123456789ABCDEF')
  expect(await readQrPicture(torn.subarray(0, 60))).toBeUndefined()
})
