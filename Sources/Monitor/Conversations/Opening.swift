// SPDX-License-Identifier: Apache-2.0

/// What a flow shows that began with a packet which opens none: a TCP segment without SYN or with a SYN-ACK, or a
/// datagram that may be an answer from before the monitor listened. It belongs to an older connection, or tries out
/// whether there is one.
enum Opening: UInt8 {
  /// It began otherwise, or the other end has answered.
  case settled
  /// Nothing but segments without data: it is not judged yet, since what follows tells who began.
  case waiting
  /// Judged, since it carries data.
  case assumed
  /// The other end has answered with a refusal: the sender of the first packet has tried.
  case refused
}
