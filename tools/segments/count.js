// Reads a JSON list of texts from stdin, writes [encoding, units, segments] of each: Twilio's own calculator.
const { SegmentedMessage } = require(process.argv[2] + "/node_modules/sms-segments-calculator");

const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const counted = texts.map((text) => {
  const message = new SegmentedMessage(text);
  const bits = message.encodingName === "GSM-7" ? 7 : 16;
  return [message.encodingName, message.messageSize / bits, message.segmentsCount];
});
process.stdout.write(JSON.stringify(counted));
