/** What was wrong with the bytes; see the class of the same name. */
export type DecodeErrorKind =
  | 'UnexpectedEnd'
  | 'BadVarint'
  | 'BadBool'
  | 'BadOption'
  | 'BadUtf8'
  | 'BadVariant'
  | 'InvalidValue';

/**
 * The bytes are not an encoding of the wanted type. One subclass per failure; catch this one to catch them all.
 *
 * Only the *input* can cause it. Wrong use of this package (a value that does not fit its schema) is a `TypeError` or
 * a `RangeError` instead.
 */
export abstract class DecodeError extends Error {
  /** Stable, machine-readable name of the failure. */
  abstract readonly kind: DecodeErrorKind;
  /** Where the item that could not be read begins, in bytes from the start of the input. */
  readonly offset: number;

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(`${message} (at byte ${offset})`, options);
    this.name = new.target.name;
    this.offset = offset;
  }
}

/** The input ended inside an item. */
export class UnexpectedEndError extends DecodeError {
  readonly kind = 'UnexpectedEnd';
}

/** A varint is longer than its type allows, or its value does not fit. */
export class BadVarintError extends DecodeError {
  readonly kind = 'BadVarint';
}

/** A boolean is neither 0 nor 1. */
export class BadBoolError extends DecodeError {
  readonly kind = 'BadBool';
}

/** The tag of an option is neither 0 nor 1. */
export class BadOptionError extends DecodeError {
  readonly kind = 'BadOption';
}

/** A string is not well-formed UTF-8. */
export class BadUtf8Error extends DecodeError {
  readonly kind = 'BadUtf8';
}

/** An enum's discriminant names no variant. */
export class BadVariantError extends DecodeError {
  readonly kind = 'BadVariant';
}

/** The bytes are well-formed, but the conversion of a `mapped` schema refused the value; `cause` says why. */
export class InvalidValueError extends DecodeError {
  readonly kind = 'InvalidValue';
}
