/**
 * One header field. Octets stand one to one as characters (latin1), so nothing is lost or reinterpreted. Fields are immutable: the dynamic table
 * and every header list that refers to an entry share one object.
 */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** Octets of name and value and 32 more. Source: RFC 7541 §4.1. */
  readonly size: number;
  /** False when name or value breaks RFC 9113 §8.2.1; the request that carries it is malformed. */
  readonly valid: boolean;
}

/** What a field costs in the table and in a header list beside its octets. Source: RFC 7541 §4.1. */
const fieldOverhead = 32;

// RFC 9110 §5.1: a field name is a token; RFC 9113 §8.2.1: in lower case. A colon may only come first, where it marks a pseudo-header.
const fieldName = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// RFC 9113 §8.2.1: neither NUL, CR or LF anywhere, nor white space at either end. The other controls are no field-content in RFC 9110 §5.5.
const fieldValue = /^(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?$/;

/** A field with its size and its verdict. */
export function createField(name: string, value: string): Field {
  return {
    name,
    value,
    size: name.length + value.length + fieldOverhead,
    valid: fieldName.test(name) && fieldValue.test(value),
  };
}
