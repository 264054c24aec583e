// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAccountingV2} from "../escrow/IAccountingV2.sol";

/// @title CompactSignatures: who signed a digest
/// @dev ECDSA only. Code at the recovered address is never asked, see `IAccountingV2`.
library CompactSignatures {
    /// @notice The address that signed, or zero if nobody did or `s` is in the upper half. One signature has one form.
    function recover(
        IAccountingV2.CompactSignature calldata signature,
        bytes32 digest
    ) internal pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecover(digest, signature.r, signature.vs);
    }
}
