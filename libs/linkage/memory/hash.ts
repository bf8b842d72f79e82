/**
 * 32-bit string hash (MurmurHash3's mixing over UTF-16 units). Not cryptographic: it orders ties and groups blocking
 * keys, and it must give the same number on every machine, today and later. Never 0, which stands for "no key".
 */
export function hashText(text: string, seed = 0): number {
  let h = seed ^ 0x9747b28c
  for (let i = 0; i < text.length; i++) h = mixWord(h, text.charCodeAt(i))
  return finish(h ^ text.length) || 1
}

/** Combines two hashes; the order of the arguments matters. Never 0. */
export function combineHashes(a: number, b: number): number {
  return finish(mixWord(mixWord(0x2f0b4c47, a), b)) || 1
}

function mixWord(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const mixed = h ^ k
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(h: number): number {
  let x = h ^ (h >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
