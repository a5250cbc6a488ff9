/** Splits a byte stream into lines; a line may come in any number of pieces, also in the middle of a character. */
import { StringDecoder } from 'node:string_decoder';

export async function* lines(source: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = [];
  for await (const chunk of source) {
    let text = decoder.write(chunk as Buffer);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      pieces.push(text.slice(0, end));
      text = text.slice(end + 1);
      const line = pieces.join('');
      pieces = [];
      if (line !== '') yield line;
    }
    if (text !== '') pieces.push(text);
  }
  const rest = pieces.join('') + decoder.end();
  if (rest.trim() !== '') yield rest;
}
