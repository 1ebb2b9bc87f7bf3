import { type Schema, seq } from '@grapevine/postcard';

/**
 * A list of which only the first elements are kept. The others are read, because the next field begins behind them, and dropped at once.
 *
 * @param limit - Elements that are kept. One more is, so that the receiver can tell that there were too many.
 */
export function cutList<T>(element: Schema<T>, limit: number): Schema<readonly T[]> {
  return {
    ...seq(element),
    read(reader) {
      const count = reader.count();
      const values: T[] = [];
      for (let i = 0; i < count; i++) {
        const value = element.read(reader);
        if (i <= limit) values.push(value);
      }
      return values;
    },
  };
}
