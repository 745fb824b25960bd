/**
 * What an SQL step may call. Whatever is not here is refused: the engine has functions that read files of the machine
 * (`file`), other tables (`dictGet`, `joinGet`), or say things about it (`hostName`, `getSetting`).
 */
const lists = [
  // operators and conditions
  'and or xor not equals notEquals less lessOrEquals greater greaterOrEquals plus minus multiply divide intDiv',
  'intDivOrZero modulo moduloOrZero positiveModulo negate abs sign in notIn globalIn globalNotIn exists isNull isNotNull',
  'isNullable isZeroOrNull coalesce ifNull nullIf assumeNotNull toNullable if multiIf caseWithExpression',
  'caseWithoutExpression case between isDistinctFrom isNotDistinctFrom greatest least like ilike notLike notILike',
  'match tuple tupleElement array arrayElement arrayElementOrNull lambda cast _CAST accurateCast accurateCastOrNull',
  'accurateCastOrDefault identity materialize transform',
  // numbers
  'round floor ceil ceiling trunc truncate roundBankers sqrt exp ln log log2 log10 pow power isNaN isFinite isInfinite',
  'width_bucket bitAnd bitOr bitXor bitNot bitShiftLeft bitShiftRight',
  // conversions
  ...['Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Float32', 'Float64', 'Date', 'Date32']
    .concat(['DateTime', 'Decimal32', 'Decimal64', 'Decimal128'])
    .map((type) => `to${type} to${type}OrNull to${type}OrZero to${type}OrDefault`),
  'toDateTime64 toDateTime64OrNull toDateTime64OrZero toString toFixedString toBool toLowCardinality toTypeName',
  'reinterpretAsString hex unhex bin char ascii',
  // text
  'length lengthUTF8 char_length character_length empty notEmpty lower upper lcase ucase lowerUTF8 upperUTF8 reverse',
  'reverseUTF8 concat concatWithSeparator concat_ws substring substr mid substringUTF8 left right leftUTF8 rightUTF8',
  'leftPad lpad rightPad rpad leftPadUTF8 rightPadUTF8 trim trimLeft trimRight trimBoth ltrim rtrim replace replaceOne',
  'replaceAll replaceRegexpOne replaceRegexpAll regexp_replace position locate positionUTF8',
  'positionCaseInsensitive positionCaseInsensitiveUTF8 startsWith endsWith startsWithUTF8 endsWithUTF8 splitByChar',
  'splitByString splitByRegexp extract extractAll extractGroups countSubstrings multiSearchAny hasToken initcap',
  'initcapUTF8 normalizeUTF8NFKC toValidUTF8 isValidUTF8 appendTrailingCharIfAbsent format soundex base64Encode',
  'base64Decode substringIndex',
  // JSON
  'JSONHas JSONLength JSONType JSONExtractString JSONExtractInt JSONExtractUInt JSONExtractFloat JSONExtractBool',
  'JSONExtractRaw JSONExtractArrayRaw JSONExtractKeys JSON_VALUE isValidJSON simpleJSONExtractString',
  'simpleJSONExtractInt simpleJSONExtractFloat simpleJSONExtractBool',
  // days and times
  'now now64 today yesterday toYear toQuarter toMonth toDayOfYear toDayOfMonth toDayOfWeek toHour toMinute toSecond',
  'toStartOfYear toStartOfQuarter toStartOfMonth toStartOfWeek toStartOfDay toStartOfHour toStartOfMinute',
  'toStartOfInterval toMonday toLastDayOfMonth toLastDayOfWeek toYYYYMM toYYYYMMDD toYYYYMMDDhhmmss toISOWeek toWeek',
  'toISOYear toUnixTimestamp fromUnixTimestamp fromUnixTimestamp64Milli toUnixTimestamp64Milli toTimeZone dateDiff',
  'date_diff dateAdd date_add dateSub date_sub addYears addQuarters addMonths addWeeks addDays addHours addMinutes',
  'addSeconds subtractYears subtractQuarters subtractMonths subtractWeeks subtractDays subtractHours subtractMinutes',
  'subtractSeconds dateTrunc date_trunc formatDateTime dateName monthName parseDateTime parseDateTimeOrNull',
  'parseDateTimeBestEffort parseDateTimeBestEffortOrNull parseDateTime64BestEffort parseDateTime64BestEffortOrNull',
  'makeDate makeDate32 makeDateTime year month day hour minute second quarter last_day age toIntervalYear',
  'toIntervalQuarter toIntervalMonth toIntervalWeek toIntervalDay toIntervalHour toIntervalMinute toIntervalSecond',
  // lists
  'has hasAll hasAny indexOf arrayConcat arrayCompact arrayCount arrayDistinct arrayExists arrayAll arrayFilter',
  'arrayFirst arrayFirstOrNull arrayLast arrayJoin arrayMap arrayMax arrayMin arraySum arrayAvg arraySort arrayReverse',
  'arrayReverseSort arraySlice arrayStringConcat arrayUniq arrayEnumerate arrayFlatten arrayIntersect arrayPushBack',
  'arrayPushFront map mapKeys mapValues mapContains',
  // hashes, which a step may make keys of
  'cityHash64 sipHash64 xxHash64 MD5 SHA1 SHA256 halfMD5 murmurHash3_64',
  // sets
  'count sum avg min max any anyLast argMin argMax stddevPop stddevSamp varPop varSamp median quantile quantileExact',
  'quantiles uniq uniqExact groupArray groupUniqArray groupConcat topK sumMap covarPop corr first_value last_value',
  'nth_value row_number rank dense_rank percent_rank cume_dist ntile lag lead lagInFrame leadInFrame grouping',
].join(' ')

const base = lists.split(' ')
const aggregates = ['count', 'sum', 'avg', 'min', 'max', 'any', 'anyLast', 'argMin', 'argMax', 'uniq', 'uniqExact']
  .concat(['groupArray', 'groupUniqArray', 'quantile'])
  .flatMap((name) => [`${name}If`, `${name}OrNull`, `${name}Distinct`])

/** In small letters: the engine takes many of them in any. */
const allowed = new Set([...base, ...aggregates].map((name) => name.toLowerCase()))

export function mayCall(name: string): boolean {
  return allowed.has(name.toLowerCase())
}
