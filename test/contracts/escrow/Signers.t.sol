// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../../contracts/escrow/IAccountingV2.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
AccountingV2

authorizeSigner
├── after the deadline: AccountingDeadlinePassed
├── the signer did not sign, or signed for another principal or chain: AccountingWrongSigner
├── signer zero: AccountingWrongSigner
├── the signer has a principal, also the same one, also revoked: AccountingSignerTaken
└── otherwise: SignerAuthorized
revokeSigner
├── not the caller's: AccountingSignerNotAuthorized
├── revoked before: AccountingSignerAlreadyRevoked
└── otherwise: thaws as long as an unlock, SignerRevoked
pairs signed by a session signer
├── in force: for client and for executor
├── revoked, deadline up to the thaw's end: accepted, to the end of the settlement window
├── revoked, deadline after it: ClientSignature or ExecutorSignature
└── of another principal: ClientSignature
a principal whose address carries code: its own key still signs
*/
contract SignersTest is MarketTest {
    event SignerAuthorized(address indexed principal, address indexed signer);
    event SignerRevoked(address indexed principal, address indexed signer, uint256 thawEnd);

    function setUp() public override {
        super.setUp();
        enrol(MINIMUM_EXECUTOR);
        openChannel(50e6);
    }

    /* AUTHORIZE */

    function test_AuthorizeRecordsThePrincipal() public {
        uint40 deadline = uint40(ENROLLED);
        IAccountingV2.CompactSignature memory proof = possession(client, SIGNER_KEY, deadline);
        vm.expectEmit(address(accounting));
        emit SignerAuthorized(client, sessionSigner);
        vm.prank(client);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
        assertSigner(client, 0);
    }

    function test_Attack26_AuthorizeNeedsPossession() public {
        uint40 deadline = uint40(ENROLLED);
        IAccountingV2.CompactSignature memory forAnother = possession(stranger, SIGNER_KEY, deadline);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        vm.prank(client);
        accounting.authorizeSigner(sessionSigner, deadline, 0, forAnother);
    }

    function test_NobodyElseProvesPossession() public {
        uint40 deadline = uint40(ENROLLED);
        bytes32 typeHash = keccak256(
            "SignerAuthorization(address principal,address signer,uint40 deadline,uint256 nonce)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, client, sessionSigner, deadline, uint256(0)));
        IAccountingV2.CompactSignature memory proof = compact(CLIENT_KEY, digestOf(structHash));
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, sessionSigner, client));
        vm.prank(client);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
    }

    function test_AProofForAnotherChainIsNone() public {
        uint40 deadline = uint40(ENROLLED);
        IAccountingV2.CompactSignature memory proof = possession(client, SIGNER_KEY, deadline);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IAccountingV2.AccountingWrongSigner.selector);
        vm.prank(client);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
        authorize(client);
        assertSigner(client, 0);
    }

    function test_AuthorizeRefusesTheZeroAddress() public {
        IAccountingV2.CompactSignature memory empty;
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingWrongSigner.selector, address(0), address(0)));
        vm.prank(client);
        accounting.authorizeSigner(address(0), uint40(ENROLLED), 0, empty);
    }

    function test_AuthorizeRefusesAStaleProof() public {
        uint40 deadline = uint40(ENROLLED - 1);
        IAccountingV2.CompactSignature memory proof = possession(client, SIGNER_KEY, deadline);
        vm.expectRevert(abi.encodeWithSelector(IAccountingV2.AccountingDeadlinePassed.selector, deadline, ENROLLED));
        vm.prank(client);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
    }

    function test_Attack26_ASignerHasOnePrincipalForEver() public {
        authorize(client);
        uint40 deadline = uint40(ENROLLED);
        IAccountingV2.CompactSignature memory proof = possession(stranger, SIGNER_KEY, deadline);
        bytes memory taken = abi.encodeWithSelector(
            IAccountingV2.AccountingSignerTaken.selector,
            sessionSigner,
            client
        );
        vm.expectRevert(taken);
        vm.prank(stranger);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        proof = possession(client, SIGNER_KEY, deadline);
        vm.expectRevert(taken);
        vm.prank(client);
        accounting.authorizeSigner(sessionSigner, deadline, 0, proof);
    }

    /* REVOKE */

    function test_RevokeThawsAsLongAsAnUnlock() public {
        authorize(client);
        uint256 thawEnd = ENROLLED + UNLOCK_DELAY;
        vm.expectEmit(address(accounting));
        emit SignerRevoked(client, sessionSigner, thawEnd);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        assertSigner(client, thawEnd);
        vm.expectRevert(
            abi.encodeWithSelector(IAccountingV2.AccountingSignerAlreadyRevoked.selector, sessionSigner, thawEnd)
        );
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
    }

    function test_OnlyThePrincipalRevokes() public {
        authorize(client);
        vm.expectRevert(
            abi.encodeWithSelector(IAccountingV2.AccountingSignerNotAuthorized.selector, sessionSigner, stranger)
        );
        vm.prank(stranger);
        accounting.revokeSigner(sessionSigner);
    }

    /* PAIRS */

    function test_ASessionSignerSignsForTheClient() public {
        authorize(client);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        sign(pair, SIGNER_KEY, EXECUTOR_KEY);
        settleOne(pair);
        assertEq(laneCost(), 3e6, "paid");
    }

    function test_ASessionSignerSignsForTheExecutor() public {
        authorize(executor);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        sign(pair, CLIENT_KEY, SIGNER_KEY);
        settleOne(pair);
        (uint128 settled, , , , ) = accounting.earnings(executor);
        assertEq(settled, 3e6, "the principal earns");
    }

    function test_ASignerOfAnotherPrincipalDoesNotCount() public {
        authorize(stranger);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        sign(pair, SIGNER_KEY, EXECUTOR_KEY);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
        sign(pair, CLIENT_KEY, SIGNER_KEY);
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
    }

    /// I27: a revocation takes nothing back that was signed for a deadline up to the thaw's end.
    function test_Attack23_ARevocationDoesNotInvalidateWorkUnderWay() public {
        authorize(client);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        uint256 deadline = ENROLLED + UNLOCK_DELAY;
        pair.request.deadline = uint40(deadline);
        sign(pair, SIGNER_KEY, EXECUTOR_KEY);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        vm.warp(deadline + 24 hours);
        settleOne(pair);
        assertEq(laneCost(), 3e6, "paid on the last second");
    }

    /// I27: and lets nothing through for a deadline after it, whenever it is sent.
    function test_ARevokedSignerCountsForNoLaterDeadline() public {
        authorize(client);
        vm.prank(client);
        accounting.revokeSigner(sessionSigner);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.deadline = uint40(ENROLLED + UNLOCK_DELAY + 1);
        sign(pair, SIGNER_KEY, EXECUTOR_KEY);
        assertRejected(pair, IAccountingV2.Rejection.ClientSignature);
    }

    function test_ARevokedSignerOfTheExecutorFollowsTheSameRule() public {
        authorize(executor);
        vm.prank(executor);
        accounting.revokeSigner(sessionSigner);
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        pair.request.deadline = uint40(ENROLLED + UNLOCK_DELAY + 1);
        sign(pair, CLIENT_KEY, SIGNER_KEY);
        assertRejected(pair, IAccountingV2.Rejection.ExecutorSignature);
        pair.request.deadline -= 1;
        sign(pair, CLIENT_KEY, SIGNER_KEY);
        settleOne(pair);
    }

    /// Attack 24: an account that delegates its code after it was served changes nothing.
    function test_Attack24_CodeAtTheClientsAddressIsNeverAsked() public {
        IAccountingV2.SignedPair memory pair = pairOf(1, 0, 3e6);
        // Returns zero words to whatever it is asked.
        vm.etch(client, hex"60206000f3");
        settleOne(pair);
        assertEq(laneCost(), 3e6, "paid");
    }

    /* SUPPORT */

    function assertSigner(address principal, uint256 thawEnd) private view {
        (address foundPrincipal, uint40 foundThawEnd) = accounting.signers(sessionSigner);
        assertEq(foundPrincipal, principal, "principal");
        assertEq(foundThawEnd, thawEnd, "thawEnd");
    }
}
