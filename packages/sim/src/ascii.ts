/** Text of ASCII characters as bytes. (`TextEncoder` belongs to no standard that both Node and the compiler settings know.) */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
