// SPDX-License-Identifier: Apache-2.0

/// What a flow shows that began with a packet which opens none: a TCP segment without SYN or with a SYN-ACK, or a
/// datagram that may be an answer from before the monitor listened. It belongs to an older connection, or tries out
/// whether there is one.
enum Opening: UInt8 {
  /// It began otherwise, or the other end has answered.
  case settled
  /// Not judged yet, since what follows tells who began: nothing but segments without data, or a datagram whose content
  /// does not tell.
  case waiting
  /// Judged by what it carries, or because nothing else follows.
  case assumed
  /// The other end has answered with a refusal: the sender of the first packet has tried.
  case refused
}
